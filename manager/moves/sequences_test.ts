// Which of two moves is the later one, as nodes without a common clock know it.
import assert from "node:assert/strict";
import { MOST_SEQUENCE } from "../uplink/messages.ts";
import { Sequences } from "./sequences.ts";

const [MAC, OTHER] = ["kt-a 02:00:00:00:00:01", "kt-a 02:00:00:00:00:02"] as const;

Deno.test("a move that this node knows of is numbered below the next one, wherever that is", () => {
  const [here, there, third] = [new Sequences(), new Sequences(), new Sequences()];
  for (let move = 1; move <= 9; move += 2) {
    const at = move * 400;
    assert.equal(here.arrive(MAC, at), move);
    assert.equal(there.hear(MAC, move, "10.0.0.1", at), "new");
    assert.equal(third.hear(MAC, move, "10.0.0.1", at), "new");
    assert.equal(there.arrive(MAC, at + 400), move + 1);
    assert.equal(here.hear(MAC, move + 1, "10.0.0.2", at + 400), "new");
    assert.equal(third.hear(MAC, move + 1, "10.0.0.2", at + 400), "new");
  }
});

Deno.test("a hint that was overtaken is late, and one that two reflectors pass is known", () => {
  const here = new Sequences();
  here.arrive(MAC, 0);
  here.hear(MAC, 2, "10.0.0.2", 400);
  assert.equal(here.hear(MAC, 2, "10.0.0.2", 410), "known");
  assert.equal(here.arrive(MAC, 500), 3);
  assert.equal(here.hear(MAC, 2, "10.0.0.2", 900), "late");
  assert.equal(here.hear(MAC, 3, "10.0.0.3", 900), "late");
  // An earlier program says no number.
  assert.equal(here.hear(MAC, 0, "10.0.0.2", 900), "late");
  assert.equal(here.hear(OTHER, 0, "10.0.0.2", 900), "new");
  // No hint is on its way for so long: this is a later move of who has forgotten.
  assert.equal(here.hear(MAC, 2, "10.0.0.2", 4_900), "late");
  assert.equal(here.hear(MAC, 1, "10.0.0.2", 5_501), "new");
});

Deno.test("a hint that waits is not the last move when another one is heard of", () => {
  const here = new Sequences();
  here.hear(MAC, 1, "10.0.0.2", 0);
  assert.equal(here.isLast(MAC, 1, "10.0.0.2", 50), true);
  here.hear(MAC, 2, "10.0.0.3", 60);
  assert.equal(here.isLast(MAC, 1, "10.0.0.2", 70), false);
  assert.equal(here.isLast(MAC, 2, "10.0.0.3", 70), true);
  here.arrive(MAC, 80);
  assert.equal(here.isLast(MAC, 2, "10.0.0.3", 900), false);
});

Deno.test("an address that is new in the cluster has not moved, and its first move is followed", () => {
  const [here, there] = [new Sequences(), new Sequences()];
  assert.equal(here.arrive(MAC, 0), 1);
  here.takeBack(MAC, 1, 5);
  assert.equal(here.hasJustCome(MAC, 299), true);
  assert.equal(there.arrive(MAC, 500), 1);
  assert.equal(here.hear(MAC, 1, "10.0.0.2", 505), "new");
  // What was heard since is not taken back.
  here.takeBack(MAC, 1, 506);
  assert.equal(here.arrive(MAC, 900), 2);
});

Deno.test("an address that has come here has just come until EVPN has spoken", () => {
  const here = new Sequences();
  here.arrive(MAC, 0);
  assert.equal(here.hasJustCome(MAC, 299), true);
  assert.equal(here.hasJustCome(OTHER, 299), false);
  assert.equal(here.hasJustCome(MAC, 300), false);
  // Nor does somebody's hint tell that EVPN has spoken.
  here.arrive(MAC, 400);
  here.hear(MAC, 3, "10.0.0.2", 410);
  assert.equal(here.hasJustCome(MAC, 420), true);
});

Deno.test("where too many move, none is told, and one that may have come here is not followed", () => {
  const here = new Sequences();
  for (let at = 0; at < 4_000; at++) assert.equal(here.arrive(`${at}`, 0), 1);
  assert.equal(here.arrive(MAC, 0), undefined);
  assert.equal(here.hasJustCome(MAC, 400), true);
  assert.equal(here.hasJustCome("0", 400), false);
});

Deno.test("hints of others keep no node from numbering its own moves", () => {
  const here = new Sequences();
  for (let at = 0; at < 4_000; at++) here.hear(`${at}`, 1, "10.0.0.2", 0);
  assert.equal(here.hear(OTHER, 1, "10.0.0.2", 0), "late");
  assert.equal(here.arrive(MAC, 0), 1);
  // A number that nobody can have.
  assert.equal(here.hear("0", MOST_SEQUENCE, "10.0.0.2", 10), "late");
  assert.equal(here.arrive("0", 20), 2);
});
