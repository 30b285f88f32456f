// The image: its build fails where a program is missing that the manager starts.
import assert from "node:assert/strict";
import { ROOT } from "../tools/checkout.ts";
import { PROGRAMS } from "../tools/permissions.ts";

Deno.test("the image is checked for each program that the manager may start", async () => {
  const dockerfile = await Deno.readTextFile(`${ROOT}/Dockerfile`);
  const [, check = ""] = /^# This fails unless [^]*?\nRUN ([^]*?)\n\n/m.exec(dockerfile) ?? [];
  const words = new Set(check.split(/[\s;\\]+/));
  assert.deepEqual(PROGRAMS.manager.may.run.filter((program) => !words.has(program)), []);
});
