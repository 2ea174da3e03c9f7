// Starts the modules of ours; each looks for its own elements and stays quiet without them.
import "./time.js";
import "./act.js";
import "./list.js";
import "./compose.js";
import "./keys.js";
import "./live.js";
