// The page's first module.
import { startPage } from "./shell.js";

startPage();
