// What the words of the lab's command line may become.
import type { Argument, Option } from "commander";
import type { Completer, Given, Line } from "../../shared/completions/complete.ts";
import { listKnownPrograms } from "../programs/debian_packages.ts";
import type { Terminal } from "../commands/terminal.ts";
import { type Kind, listChoices } from "./choices.ts";

export class LabWords implements Completer {
  /** The lab's folder may come first. */
  readonly unnamed = { command: "up", first: [":dirs"] };

  constructor(
    private readonly terminal: Pick<Terminal, "cwd" | "env" | "resolve" | "findFiles">,
  ) {}

  async value(option: Option, given: Given): Promise<readonly Line[]> {
    switch (option.attributeName()) {
      case "name":
        return await this.#list("labs", given);
      case "directory":
        return [":dirs"];
      case "svg":
        return [":files"];
      case "place":
        return (await this.#list("lab-devices", given)).map((device) => `${device}=`);
      default:
        return [];
    }
  }

  async argument(argument: Argument, command: string, given: Given): Promise<readonly Line[]> {
    switch (argument.name()) {
      case "dir":
        return given.options.directory === undefined || command === "examples"
          ? [
            ...command.startsWith("graph") ? [] : await this.#list("lab-devices", given),
            ":dirs",
          ]
          : await this.#list("lab-devices", given);
      case "device":
        if (command === "up" || command === "lstart") return await this.#list("lab-devices", given);
        return await this.#list(
          ["connect", "exec", "logs"].includes(command) ? "members" : "devices",
          given,
        );
      case "lab":
        return await this.#list("labs", given);
      case "lan":
        return await this.#list("lans", given);
      case "program":
        return ["toolbox\tthe tools of kathara/base", ...listKnownPrograms()];
      case "example":
        return await this.#list("examples", given);
      default:
        return [];
    }
  }

  async #list(kind: Kind, given: Given): Promise<readonly string[]> {
    return await listChoices(kind, given, this.terminal);
  }
}
