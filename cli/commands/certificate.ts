import { readFileSync, writeFileSync } from "node:fs";
import { create } from "@bufbuild/protobuf";
import {
  type CertificateKey,
  ListCertificateKeysResponseSchema,
} from "@phoenix/gen/phoenix/analytics/v1/analytics_service_pb.ts";
import { formatTime } from "@phoenix/report/quantities";
import { Command } from "commander";
import {
  type CertificateFault,
  describeStatement,
  type KnownKeys,
  knownKeys,
  openCertificate,
  readCertificate,
} from "../certificate/index.ts";
import { CommandError } from "../output/command-error.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { printMessage, printValue } from "../output/output.ts";
import { renderTable } from "../output/table.ts";
import { type CommandContext, contextOf, withServerOptions } from "./context.ts";

/** `phoenix certificate ...`. */
export function certificateCommand(): Command {
  const command = new Command("certificate").description(
    "signed statements of what a verdict found: issue, verify, keys",
  );
  command.addCommand(
    withServerOptions(
      new Command("issue")
        .description("certify what a final verdict found of the must-keep processes")
        .argument("<experiment>")
        .option("--variant <name>", "the candidate; needed where there are several")
        .option("--file <file>", "write the certificate there instead of to standard output")
        .action(issue),
    ),
  );
  command.addCommand(
    withServerOptions(
      new Command("verify")
        .description("check a certificate and show what it states; a file, or - for standard input")
        .argument("<file>")
        .option("--key <pem-file>", "public keys to check it with; no server is asked then")
        .action(verify),
    ),
  );
  command.addCommand(
    withServerOptions(
      new Command("keys")
        .description("list the public keys certificates are signed with")
        .option("--pem", "print the keys themselves, for `certificate verify --key`")
        .action(keys),
    ),
  );
  return command;
}

async function issue(
  experimentId: string,
  options: { variant?: string; file?: string },
  command: Command,
): Promise<void> {
  const { client, terminal } = contextOf(command);
  const { certificate } = await client.analytics.issueCertificate({ experimentId, variant: options.variant ?? "" });
  if (options.file === undefined) {
    terminal.out.write(certificate);
    return;
  }
  try {
    writeFileSync(options.file, certificate);
  } catch (error) {
    throw new CommandError(`cannot write ${options.file}: ${(error as Error).message}`, exitCodes.usage);
  }
  terminal.err.write(`wrote ${options.file}; check it with \`phoenix certificate verify ${options.file}\`\n`);
}

async function verify(file: string, options: { key?: string }, command: Command): Promise<void> {
  const context = contextOf(command);
  const bytes = await readCertificate(file).catch((error: unknown) => {
    throw new CommandError(`cannot read ${file}: ${(error as Error).message}`, exitCodes.usage);
  });
  const keys = options.key === undefined ? await serverKeys(context) : keysIn(options.key);
  const opened = openCertificate(bytes, keys);
  if (!opened.valid) {
    throw new CommandError(
      `${nameOf(file)} is not valid: ${faultWords[opened.fault]}: ${opened.detail}`,
      faultCodes[opened.fault],
    );
  }
  const { format, terminal } = context;
  const { keyId, statement, payload } = opened;
  if (format === "table") {
    terminal.out.write(`${nameOf(file)} is valid.\n\n${describeStatement(keyId, statement)}\n`);
  } else printValue(terminal, format, { valid: true, keyId, certificate: payload });
}

async function keys(options: { pem?: boolean }, command: Command): Promise<void> {
  const { client, format, terminal } = contextOf(command);
  const { keys: listed } = await client.analytics.listCertificateKeys({});
  if (options.pem) {
    terminal.out.write(pemOf(listed));
    return;
  }
  const answer = create(ListCertificateKeysResponseSchema, { keys: listed });
  printMessage(terminal, format, ListCertificateKeysResponseSchema, answer, () =>
    renderTable(
      ["key", "made"],
      listed.map((key) => [key.keyId, formatTime(key.createTime)]),
      "There are no keys: the first certificate makes one.",
    ),
  );
}

const faultWords: Readonly<Record<CertificateFault, string>> = {
  malformed: "malformed",
  "unknown-key": "unknown key",
  signature: "signature does not match",
};

const faultCodes: Readonly<Record<CertificateFault, number>> = {
  malformed: exitCodes.usage,
  "unknown-key": exitCodes.refused,
  signature: exitCodes.refused,
};

function nameOf(file: string): string {
  return file === "-" ? "the certificate" : file;
}

function pemOf(listed: readonly CertificateKey[]): string {
  return listed.map((key) => `${key.publicKeyPem.trim()}\n`).join("");
}

async function serverKeys({ client }: CommandContext): Promise<KnownKeys> {
  const { keys: listed } = await client.analytics.listCertificateKeys({});
  return listed.length === 0 ? new Map() : knownKeys(pemOf(listed));
}

function keysIn(file: string): KnownKeys {
  try {
    return knownKeys(readFileSync(file, "utf8"));
  } catch (error) {
    throw new CommandError(`cannot use ${file}: ${(error as Error).message}`, exitCodes.usage);
  }
}
