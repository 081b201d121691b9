import { readPass } from "../control/pass.ts";
import { insideOperations as tools } from "../operations/inside/index.ts";
import { serveMcp } from "./serve.ts";

/** The tools of a run, as a program that its engine starts: with the version of takopi, and the file of the run's pass. */
const [, , version = "", file = ""] = process.argv;
const reach = () => readPass(file);
await serveMcp({ tools, version, reach }, process.stdin, new AbortController().signal);
