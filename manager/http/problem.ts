// Why a request is refused, in the form of RFC 9457: a JSON object that programs can read.

/** RFC 9110, section 15. */
export const REASONS: Readonly<Record<number, string>> = {
  200: "OK",
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  426: "Upgrade Required",
  431: "Request Header Fields Too Large",
  500: "Internal Server Error",
  501: "Not Implemented",
  503: "Service Unavailable",
};

/** An answer that says what is wrong, and nothing that the other side has not said itself. */
export function problem(
  status: number,
  detail: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(describeProblem(status, detail), {
    status,
    headers: { "content-type": PROBLEM, ...headers },
  });
}

/** The media type of what is said of a problem. */
export const PROBLEM = "application/problem+json";

/** The body of such an answer. */
export function describeProblem(status: number, detail: string): string {
  const title = REASONS[status] ?? "";
  return JSON.stringify({ type: "about:blank", title, status, detail }) + "\n";
}
