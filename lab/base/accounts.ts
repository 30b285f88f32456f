// Makes the users and groups of devices: those of the system, without anybody's password.

/**
 * From this number on users and groups are people's (adduser.conf(5)). The users and groups nobody
 * and nogroup have such a number and are the system's all the same.
 */
const FIRST_PERSON = 1000;
const NOBODY = 65534;

/**
 * Selects the lines of passwd(5) or group(5) that are the system's. In lines of groups, members
 * that are people are left out.
 */
function selectSystem(text: string, people: ReadonlySet<string>): string[][] {
  return text.split("\n").map((line) => line.split(":"))
    .filter(([, , id]) => id !== undefined && isOfSystem(Number(id)))
    .map((fields) =>
      fields.length === 4
        ? [
          ...fields.slice(0, 3),
          (fields[3] ?? "").split(",").filter((member) => !people.has(member)).join(","),
        ]
        : fields
    );
}

/** The four files that accounts are made of, from the machine's passwd(5) and group(5). */
export function planAccounts(passwd: string, group: string): Record<string, string> {
  const people = new Set(
    passwd.split("\n").map((line) => line.split(":"))
      .filter(([, , id]) => id !== undefined && !isOfSystem(Number(id)))
      .map(([name = ""]) => name),
  );
  const users = selectSystem(passwd, people).map((user) =>
    user[2] === "0" ? ["root", "x", "0", "0", "root", "/root", "/bin/bash"] : user
  );
  const groups = selectSystem(group, people);
  const join = (lines: readonly (readonly string[])[]) =>
    lines.map((fields) => `${fields.join(":")}\n`).join("");
  return {
    passwd: join(users.map(([name = "", , ...rest]) => [name, "x", ...rest])),
    group: join(groups.map(([name = "", , ...rest]) => [name, "x", ...rest])),
    shadow: join(users.map(([name = ""]) => [name, "*", "19000", "0", "99999", "7", "", "", ""])),
    gshadow: join(groups.map(([name = "", , , members = ""]) => [name, "*", "", members])),
  };
}

function isOfSystem(id: number): boolean {
  return id < FIRST_PERSON || id === NOBODY;
}
