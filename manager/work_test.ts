// What a node's programs and its clients say at length: the manager reads each in a moment.
import { boundWork } from "../tests/fixture/bounded_work.ts";
import { READERS } from "./fuzz_readers.ts";

boundWork(import.meta.resolve("./fuzz_readers.ts"), READERS);
