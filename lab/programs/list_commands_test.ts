// What scripts run, as far as their text tells.
import assert from "node:assert/strict";
import { listCommands } from "./list_commands.ts";

const CASES: readonly (readonly [script: string, commands: readonly (readonly unknown[])[]])[] = [
  ["ip a\n# no\nls #no\necho a#b", [["ip", "a"], ["ls"], ["echo", "a#b"]]],
  ["a; b && c || d | e & f", [["a"], ["b"], ["c"], ["d"], ["e"], ["f"]]],
  ["a >b 2>&1 <c x &>d", [["a", "x"]]],
  ["if a; then b; else c; fi", [["a"], ["b"], ["c"], ["fi"]]],
  ["while ! a\ndo b\ndone", [["a"], ["b"], ["done"]]],
  ["for x in 1 2; do a $x; done", [["for", "x", "in", "1", "2"], ["a", undefined], ["done"]]],
  ["X=1 Y='2 3' a", [["a"]]],
  ["X=$(date) a", [[undefined, "a"]]],
  ["a 'b c'\"d\" \\\n e", [["a", "b cd", "e"]]],
  ['$a b; `c` d; "$e" f', [[undefined, "b"], [undefined, "d"], [undefined, "f"]]],
  ["f() { a; }; f", [["a"], ["}"], ["f"]]],
  ["case $1 in\nstart) a ;;\n*) b ;;\nesac", [["case", undefined, "in"], ["a"], ["b"], ["esac"]]],
  ["(a; b)", [["a"], ["b"]]],
  ["while [[ $(x) -gt 1 && y ]]; do a; done", [[undefined], ["a"], ["done"]]],
  ["cat <<EOF >f\nnot this\nEOF\na", [["cat"], ["a"]]],
  ["cat <<EOF\nEOF\na", [["cat"], ["a"]]],
  ["cat <<A <<-B\nnot this\nA\nnor this\n\tB\na", [["cat"], ["a"]]],
  ["cat <<EOF\nls\na", [["cat"], ["ls"], ["a"]]],
  ["((x = 1)); y=(1 2) a; ((b\nc", [[undefined], [undefined, "a"], ["b"], ["c"]]],
  ["[[ x ]] && ${y}; [[ a", [[undefined], [undefined], ["[[", "a"]]],
  ["until a <<< ''; do sleep 1; done", [["a"], ["sleep", "1"], ["done"]]],
  ["sudo nohup a b", [["a", "b"]]],
  ["a\r\nb\r\n", [["a"], ["b"]]],
  ["a 'not closed\nb", [["a"]]],
];

for (const [script, commands] of CASES) {
  Deno.test(`commands of ${JSON.stringify(script)}`, () => {
    assert.deepEqual(listCommands(script), commands);
  });
}
