// The document of /gradio: Gradio's frontend wants the whole address of its app.
document.querySelector("gradio-app").setAttribute("src", new URL("/gradio", location.href).href);
import("/gradio/gradio.js");
