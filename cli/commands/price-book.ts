import { readFile } from "node:fs/promises";
import { create } from "@bufbuild/protobuf";
import {
  ApplyPriceBookResponseSchema,
  GetPriceBookResponseSchema,
  ListPriceBooksResponseSchema,
} from "@phoenix/gen/phoenix/benchmark/v1/benchmark_service_pb.ts";
import { fromConnectError } from "@phoenix/platform/errors";
import { visibleText } from "@phoenix/report/visible-text";
import { Command } from "commander";
import { allPages } from "../client/all-pages.ts";
import { newRequestId } from "../client/request-id.ts";
import { CommandError } from "../output/command-error.ts";
import { confirm } from "../output/confirm.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { printMessage } from "../output/output.ts";
import { renderTable } from "../output/table.ts";
import { contextOf, withServerOptions } from "./context.ts";

/** `phoenix price-book ...`. */
export function priceBookCommand(): Command {
  const command = new Command("price-book").description("what vendors charge: list, show, apply, delete");
  command.addCommand(
    withServerOptions(new Command("list").description("list the price books and whose prices they are").action(list)),
  );
  command.addCommand(
    withServerOptions(
      new Command("show")
        .description("print one price book as the YAML that `apply` takes")
        .argument("<name>")
        .option("--version <number>", "version; the newest without it")
        .action(show),
    ),
  );
  command.addCommand(
    withServerOptions(
      new Command("apply")
        .description("store a price book from a YAML file, as a new version where the name is known")
        .requiredOption("-f, --file <path>", "the file, or - for standard input")
        .option("--validate-only", "check everything, store nothing")
        .action(apply),
    ),
  );
  command.addCommand(
    withServerOptions(
      new Command("delete")
        .description("delete what was stored under a name; a book that ships is then as it was shipped")
        .argument("<name>")
        .option("-y, --yes", "do not ask")
        .action(remove),
    ),
  );
  return command;
}

async function list(_options: unknown, command: Command): Promise<void> {
  const { client, format, terminal } = contextOf(command);
  const priceBooks = await allPages(async (pageToken) => {
    const page = await client.benchmark.listPriceBooks({ pageToken });
    return { items: page.priceBooks, nextPageToken: page.nextPageToken };
  }, Number.POSITIVE_INFINITY);
  printMessage(
    terminal,
    format,
    ListPriceBooksResponseSchema,
    create(ListPriceBooksResponseSchema, { priceBooks }),
    () =>
      renderTable(
        ["name", "version", "by", "currency", "as of", "trust", "title"],
        priceBooks.map((book) => [
          book.name,
          book.version === 0 ? "shipped" : String(book.version),
          book.author,
          book.currency,
          book.asOf,
          book.trust,
          book.title,
        ]),
        "There are no price books.",
      ),
  );
}

async function show(name: string, options: { version?: string }, command: Command): Promise<void> {
  const { client, format, terminal } = contextOf(command);
  const version = Number(options.version ?? 0);
  if (!Number.isSafeInteger(version) || version < 0 || version > 0xffff_ffff) {
    throw new CommandError(`--version takes a whole number, not "${options.version}"`, exitCodes.usage);
  }
  const answer = await client.benchmark.getPriceBook({ name, version });
  const book = answer.priceBook;
  if (format === "json" || book === undefined) {
    printMessage(terminal, format, GetPriceBookResponseSchema, answer, () => "");
    return;
  }
  terminal.out.write(visibleText(book.yaml));
  terminal.err.write(
    book.version === 0 ? "as it ships\n" : `version ${book.version}, by ${visibleText(book.author)}\n`,
  );
}

async function apply(options: { file: string; validateOnly?: boolean }, command: Command): Promise<void> {
  const { client, format, terminal } = contextOf(command);
  const yaml = await textOf(options.file);
  const validateOnly = options.validateOnly ?? false;
  const answer = await client.benchmark
    .applyPriceBook({ requestId: newRequestId(), yaml, validateOnly })
    .catch((caught: unknown) => {
      const error = fromConnectError(caught);
      // Its places are places in this file.
      if (error.metadata.field === "yaml") throw new CommandError(`${options.file}: ${error.message}`, exitCodes.usage);
      throw caught;
    });
  const { priceBook: book, changed } = answer;
  printMessage(terminal, format, ApplyPriceBookResponseSchema, answer, () => {
    if (!changed) return `${book?.name} is as it was: nothing to change`;
    return validateOnly
      ? `${options.file} is valid; it would be version ${book?.version} of ${book?.name}`
      : `${book?.name} is stored as version ${book?.version}`;
  });
}

async function remove(name: string, options: { yes?: boolean }, command: Command): Promise<void> {
  const { client, terminal, signal } = contextOf(command);
  if (!options.yes && !(await confirm(terminal, `Delete every version of the price book ${name}?`, signal))) {
    throw new CommandError(`${name} was not deleted`, exitCodes.refused);
  }
  await client.benchmark.deletePriceBook({ requestId: newRequestId(), name });
  terminal.err.write(`deleted what was stored as ${visibleText(name)}\n`);
}

async function textOf(file: string): Promise<string> {
  if (file === "-") {
    const chunks: Buffer[] = [];
    for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
    return Buffer.concat(chunks).toString("utf8");
  }
  return await readFile(file, "utf8").catch((error: unknown) => {
    throw new CommandError(`cannot read ${file}: ${(error as Error).message}`, exitCodes.usage, { cause: error });
  });
}
