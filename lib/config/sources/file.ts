import { absolutePath } from "../paths.ts";
import { readText } from "../read-text.ts";
import type { Source } from "../references.ts";

/** `${file:path}`, relative to `directory`. Editors end a file with a newline that is no part of the secret: it is dropped. */
export function fileSource(directory: string): Source {
  return async (path) => {
    const content = await readText(absolutePath(directory, path));
    if ("complaint" in content) return content;
    const value = content.text.replace(/[\r\n]+$/, "");
    return value === "" ? { complaint: "the file is empty" } : { value };
  };
}
