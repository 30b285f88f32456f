// Loaded before each file of tests: how slow this machine is, and the seed of made-up inputs.
import { FUZZ_SEED, setSeed } from "../fixture/fuzz_seed.ts";
import { setTimeScale, TIME_SCALE } from "../../shared/process/time_scale.ts";

setTimeScale(Deno.env.get(TIME_SCALE));
setSeed(Deno.env.get(FUZZ_SEED));
