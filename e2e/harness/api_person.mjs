// Somebody signed in at the API: the headers of their requests, and the product's document with what they may know in it.

/** Somebody made for the run: whoever is kept out or demoted must not be the one whose session the run goes by. */
const TRIED = "tried";

/**
 * Opens a one-click link.
 *
 * @returns {Promise<Record<string, string>>} what makes a request the person's own
 */
export async function signIn(address, link) {
  const answer = await fetch(link, { redirect: "manual" });
  if (answer.status !== 303) throw new Error(`the sign-in link answered ${answer.status}`);
  const cookies = answer.headers.getSetCookie().map((value) => value.split(";")[0]);
  const headers = { Cookie: cookies.find((pair) => pair.startsWith("madoguchi=")) };
  const { csrf } = await (await ask(address, "/me", headers)).json();
  return { ...headers, "X-CSRF-Token": csrf, Origin: address };
}

/** Whether they are still signed in. */
export async function isSignedIn(address, headers) {
  return (await ask(address, "/me", headers)).status === 200;
}

/** Makes somebody whom the run may keep out and let in again. */
export async function invite(address, headers) {
  const body = JSON.stringify({ email: `${TRIED}@properties.example` });
  const answer = await ask(address, "/agents", { ...headers, "Content-Type": "application/json" }, { method: "POST", body });
  if (answer.status !== 201) throw new Error(`the invitation was answered ${answer.status}`);
}

/**
 * The product's document with real ids among the values, so that requests reach more than "not found", and without the
 * login that every request brings anyway: the runner would draw passwords of its own and be turned away at the door.
 */
export async function documentFor(address, headers) {
  const ids = await knownIds(address, headers);
  const document = await (await fetch(new URL("/api/openapi.json", address))).json();
  delete document.security;
  delete document.components.securitySchemes;
  const among = (schema, values = []) => (values.length > 0 ? { anyOf: [{ enum: values }, schema] } : schema);
  for (const [path, operations] of Object.entries(document.paths)) {
    const kind = path.split("/")[3];
    for (const operation of Object.values(operations)) {
      delete operation.security;
      for (const parameter of operation.parameters ?? []) {
        if (parameter.in === "path" && parameter.name === "id") parameter.schema = among(parameter.schema, ids[kind]);
      }
    }
  }
  // What bodies name by id; answers have an `id` of their own and stay as they are described.
  const named = { channel: ids.channels, app: ids.apps, agent: ids.agents, answers: ids.messages };
  for (const { properties = {} } of Object.values(document.components.schemas)) {
    for (const [name, values] of Object.entries(named)) {
      if (properties[name]?.format && !("id" in properties)) properties[name] = among(properties[name], values);
    }
  }
  return document;
}

/** A few ids of each kind of thing. */
async function knownIds(address, headers) {
  const listed = async (path) => {
    const answer = await ask(address, path, headers);
    return answer.status === 200 ? (await answer.json()).items : [];
  };
  const of = (things) => things.map((thing) => thing.id);
  const cases = await listed("/cases?limit=5");
  const messages = await Promise.all(of(cases).slice(0, 3).map((id) => listed(`/cases/${id}/messages?limit=3`)));
  const ids = {
    cases: of(cases),
    contacts: cases.map((found) => found.contact),
    messages: of(messages.flat()),
    agents: of((await listed("/agents")).filter((agent) => agent.name === TRIED)),
  };
  for (const kind of ["apps", "channels", "workspaces", "parked"]) ids[kind] = of(await listed(`/${kind}`)).slice(0, 3);
  return ids;
}

function ask(address, path, headers, rest = {}) {
  return fetch(new URL(`/api/v1${path}`, address), { headers, redirect: "manual", ...rest });
}
