// One event stream for all tabs of a browser, held by this shared worker.
import { Stream } from "./stream.js";

const ports = new Set();
const tell = (message) => { for (const port of ports) port.postMessage(message); };
let stream = null;
onconnect = ({ ports: [port] }) => {
  ports.add(port);
  port.onmessage = ({ data }) => {
    if (data.kind === "start") {
      if (!stream) stream = new Stream(data.event, tell);
      port.postMessage({ kind: "state", connected: stream.connected });
    } else if (data.kind === "retry") stream?.retry();
    else if (data.kind === "bye") { ports.delete(port); if (!ports.size) { stream?.close(); stream = null; } }
  };
};
