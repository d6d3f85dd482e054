// Gradio builds its page first; ours moves in as soon as its column is there.
import { start } from "./shell.js";

const watch = new MutationObserver(seek);
function seek() {
  const host = document.getElementById("lotse-host");
  if (!host) return;
  watch.disconnect();
  start(host);
}
watch.observe(document.body, { childList: true, subtree: true });
seek();
