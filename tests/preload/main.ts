// Loaded before each file of tests: tells what is imported there how slow this machine is.
import { setTimeScale, TIME_SCALE } from "../../shared/process/time_scale.ts";

setTimeScale(Deno.env.get(TIME_SCALE));
