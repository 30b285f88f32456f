// What a client asks for, read from the text that its request begins with: pure.

/** Why a request is not answered. */
export interface Unreadable {
  readonly status: 400 | 501;
  readonly why: string;
}

const NO_REQUEST: Unreadable = { status: 400, why: "this is no request" };
/** Methods of proxies, and of those that look into them: no `Request` can have one. */
const FORBIDDEN = ["CONNECT", "TRACE", "TRACK"];

/** @param head each character is a byte, by its number */
export function parseRequest(head: string): Request | Unreadable {
  const [, method, path] = /^([A-Z]{1,10}) (\/[\x21-\x7e]*) HTTP\/1\.[01]\r?\n/.exec(head) ?? [];
  const headers = parseHeaders(head);
  if (method === undefined || headers === undefined) return NO_REQUEST;
  if (FORBIDDEN.includes(method)) return { status: 501, why: "this method is not for here" };
  return new Request(`http://localhost${path}`, { method, headers });
}

/** Undefined where a line is no header, or Host is there twice (RFC 9112, section 3.2). */
function parseHeaders(head: string): Headers | undefined {
  const headers = new Headers();
  const [, ...lines] = head.split(/\r?\n/);
  for (const line of lines) {
    if (line === "") return headers;
    const [, name, value = ""] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):([^\0\r\n]*)$/.exec(line) ?? [];
    if (name === undefined || /^host$/i.test(name) && headers.has(name)) return undefined;
    // It takes away the blanks around the value.
    headers.append(name, value);
  }
  return headers;
}
