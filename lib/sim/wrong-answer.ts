import { type Answer, failure, json, plain } from "./answer.ts";
import type { ErrorForm, Misbehaviour } from "./failures.ts";

const REASONS: Readonly<Record<number, string>> = {
  400: "BadRequest",
  401: "Unauthorized",
  403: "Forbidden",
  404: "NotFound",
  405: "MethodNotAllowed",
  409: "Conflict",
  410: "Expired",
  415: "UnsupportedMediaType",
  422: "Invalid",
  500: "InternalError",
  503: "ServiceUnavailable",
  504: "Timeout",
};

/** The answer that a failure asks for. */
export function answerOf(wanted: Extract<Misbehaviour, { status: number }>): Answer {
  const usual = usualAnswer(wanted.status, wanted.form ?? "status");
  const headers = { ...(wanted.body === undefined ? usual.headers : typeOf(wanted.body)), ...wanted.headers };
  const body = typeof wanted.body === "object" ? JSON.stringify(wanted.body) : (wanted.body ?? usual.body);
  return { status: wanted.status, headers, body };
}

function typeOf(body: string | object): Record<string, string> {
  return { "content-type": typeof body === "object" ? "application/json" : "text/plain; charset=utf-8" };
}

function usualAnswer(code: number, form: ErrorForm): Answer {
  const reason = REASONS[code] ?? "the server could not do this";
  switch (form) {
    case "status":
      return statusAnswer(code, reason);
    case "flat":
      return json(code, JSON.stringify({ error_code: `CCI.02.${code}101`, error_msg: reason }));
    case "nested":
      return json(code, JSON.stringify({ error: { code: `APIG.${code}`, message: reason } }));
    case "html":
      return { status: code, headers: { "content-type": "text/html" }, body: `<html><body>${reason}</body></html>\n` };
    default:
      return form satisfies never;
  }
}

function statusAnswer(code: number, reason: string): Answer {
  if (code === 429) return plain(429, "Too many requests, please try again later.", { "retry-after": "1" });
  const causes = [{ reason: "FieldValueInvalid", message: "Invalid value", field: "spec" }];
  return failure(code, REASONS[code], reason, code === 422 ? { causes } : undefined);
}
