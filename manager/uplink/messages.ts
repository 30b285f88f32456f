// What is said on a line between a worker and its reflector: closed unions, in JSON.
import * as z from "zod";
import { MAX_VNI } from "../../shared/lan/lan.ts";
import { parseMac } from "../../shared/mac.ts";
import {
  inventory,
  MOST_LANS,
  MOST_PORTS,
  MOST_SESSIONS,
  portCounters,
} from "../inventory/inventory.ts";

/** The reflector's port for lines. It is no setting: the programs are permitted this one alone. */
export const UPLINK_PORT = 9471;
export const UPLINK_PATH = "/uplink";
/**
 * Counts up when a message changes so that earlier programs would misread it. A key that is new and
 * optional is no such change.
 */
export const PROTOCOL = 1;

const text = z.string().max(1_000);
const nonce = z.string().regex(/^[0-9a-f]{64}$/);
const proof = z.string().regex(/^[0-9a-f]{64}$/);
/** Who says `moves` takes hints of moves. An earlier program does not say it, and is told none. */
const greeting = { protocol: z.number(), version: text, moves: z.literal(true).optional() };

/** The reflector speaks first. */
const challenge = z.object({ type: z.literal("challenge"), ...greeting, nonce });
/** The worker says who it is. All later programs must be able to read this. */
export const hello = z.object({
  type: z.literal("hello"),
  ...greeting,
  /** What the worker is called. */
  node: text,
  nonce,
  /** Where the worker knows a password. */
  proof: proof.optional(),
});
/** The reflector takes the line, and proves in its turn where the worker has. */
const welcome = z.object({ type: z.literal("welcome"), proof: proof.optional() });

const { shape } = inventory;
const lists = {
  sessions: shape.sessions.unwrap().element,
  lans: shape.lans.unwrap().element,
  ports: shape.ports.unwrap().element,
};
const keys = z.array(text).max(MOST_PORTS).readonly();

/** What has changed since the message before; what is not there has not. */
const change = z.object({
  time: shape.time,
  node: shape.node.optional(),
  daemons: shape.daemons.optional(),
  portsLeftOut: shape.portsLeftOut.optional(),
  /** New and changed ones, and the keys of those that are gone. */
  sessions: z.array(lists.sessions).max(MOST_SESSIONS).readonly().optional(),
  sessionsGone: keys.optional(),
  lans: z.array(lists.lans).max(MOST_LANS).readonly().optional(),
  lansGone: keys.optional(),
  ports: z.array(lists.ports).max(MOST_PORTS).readonly().optional(),
  portsGone: keys.optional(),
  /** New ones. */
  events: shape.events.optional(),
});
export type Change = Readonly<z.infer<typeof change>>;

/** What a reflector asks of a worker. Whatever comes later is a kind of its own. */
const question = z.discriminatedUnion("kind", [z.object({ kind: z.literal("counters") })]);
export type Question = Readonly<z.infer<typeof question>>;

const answer = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("counters"), ports: z.record(text, portCounters) }),
  /** The worker cannot say, or does not know the question. */
  z.object({ kind: z.literal("failed"), why: text }),
]);
export type Answer = Readonly<z.infer<typeof answer>>;

/** Higher sequence numbers are not told. */
export const MOST_SEQUENCE = 2 ** 31;

/** A MAC address, in the one way that the kernel writes it, has come to a port of a LAN. */
const move = z.object({
  vni: z.int().min(0).max(MAX_VNI),
  mac: z.string().refine((mac) => parseMac(mac) === mac),
  /** The later of two moves has the higher number. An earlier program does not say it. */
  sequence: z.int().min(1).max(MOST_SEQUENCE).optional(),
});
export type Move = Readonly<z.infer<typeof move>>;

/** More moves are not told in a message. */
export const MOST_MOVES = 32;
const moves = z.array(move).max(MOST_MOVES).readonly();

const beat = z.object({ type: z.literal("beat") });
/** What a worker says once it is known. */
export const fromWorker = z.discriminatedUnion("type", [
  beat,
  z.object({ type: z.literal("inventory"), inventory }),
  z.object({ type: z.literal("change"), change }),
  z.object({ type: z.literal("answer"), id: z.number(), answer }),
  /** To the worker's own ports. Which node that is says the line's address. */
  z.object({ type: z.literal("moves"), moves }),
]);
export type FromWorker = Readonly<z.infer<typeof fromWorker>>;

/** What a reflector says. A question of a later version is not known, and gets "failed". */
export const fromReflector = z.discriminatedUnion("type", [
  challenge,
  welcome,
  beat,
  /** To ports of another worker. */
  z.object({ type: z.literal("moves"), vtep: z.union([z.ipv4(), z.ipv6()]), moves }),
  z.object({
    type: z.literal("question"),
    id: z.number(),
    question: z.union([question, z.object({ kind: text })]),
  }),
]);

/** Each side says something at least so often (ms); who is silent for the second time is gone. */
export const BEAT_MS = 15_000;
export const SILENT_MS = 40_000;
/** Bytes of a message: more than an inventory of the most ports has. */
export const MOST_BYTES = 4 * 1024 * 1024;
/** Bytes of a message of somebody who is not known yet. */
export const MOST_STRANGE_BYTES = 4_096;

/** Undefined for what is no such message. */
export function read<T>(schema: z.ZodType<T>, message: string): T | undefined {
  try {
    return schema.safeParse(JSON.parse(message)).data;
  } catch {
    return undefined;
  }
}
