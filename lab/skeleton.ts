// The files that devices have in place of the machine's own.
import { fileURLToPath } from "node:url";

/** Absolute path of a folder that is laid over each device's root, before the device's own folder of the lab. */
export const SKELETON = fileURLToPath(new URL("./skeleton", import.meta.url));
