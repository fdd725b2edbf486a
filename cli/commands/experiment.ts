import { Command } from "commander";
import { withServerOptions } from "./context.ts";
import { cancel, list, promote, remove, rollback, status, stop } from "./experiment-acts.ts";
import { compareCommand } from "./experiment-compare.ts";
import { events } from "./experiment-events.ts";
import { exportCommand } from "./experiment-export.ts";
import { realised } from "./experiment-realised.ts";
import { create, run } from "./experiment-run.ts";
import { collect } from "./repeated-option.ts";

/** `phoenix experiment ...`. */
export function experimentCommand(): Command {
  const command = new Command("experiment").description("compare two pipelines on the same hosts");
  const add = (child: Command): void => {
    command.addCommand(withServerOptions(child));
  };
  add(
    withScenarioOptions(
      new Command("create").description("write an experiment down without starting it").action(create),
    ),
  );
  add(
    withScenarioOptions(new Command("run").description("create, start and follow an experiment to its verdict"))
      .option("--promote", "promote the candidate when the verdict is PROMOTE; of several the one that saves most")
      .option("--require-promote", "exit with 7 when the verdict is not PROMOTE")
      .option("--detach", "start it and return at once")
      .action(run),
  );
  add(
    new Command("list")
      .description("list experiments, newest first")
      .option("--limit <number>", "at most this many", "50")
      .action(list),
  );
  add(
    new Command("status")
      .description("show an experiment; --watch follows it")
      .argument("<id>")
      .option("-w, --watch", "redraw until it is over")
      .action(status),
  );
  add(
    new Command("events")
      .description("show what happened to an experiment; --follow goes on until Ctrl-C")
      .argument("<id>")
      .option("--after <number>", "only events after this number", "0")
      .option("-f, --follow", "print new events as they come; json is then one event a line")
      .action(events),
  );
  add(
    withReason(new Command("stop").description("stop measuring and decide on what there is").argument("<id>")).action(
      stop,
    ),
  );
  add(
    withReason(new Command("cancel").description("call it off; there will be no verdict").argument("<id>")).action(
      cancel,
    ),
  );
  add(
    withReason(new Command("promote").description("make the candidate the hosts' active pipeline").argument("<id>"))
      .option("--variant <name>", "which candidate, where there are several")
      .option("--force", "against the verdict; needs --reason and is recorded")
      .option("--hold-back <hosts>", "hosts that keep the baseline for a while, so that the saving can be measured")
      .option("--hold-back-duration <duration>", "how long they do, 1d without it; then they are promoted too")
      .action(promote),
  );
  add(
    new Command("realised")
      .description("show what a promotion with hosts held back really saves")
      .argument("<id>")
      .action(realised),
  );
  add(withReason(new Command("rollback").description("bring back what ran before").argument("<id>")).action(rollback));
  add(
    new Command("delete")
      .description("delete an experiment that is not under way; asks first")
      .argument("<id>")
      .option("--yes", "do not ask")
      .action(remove),
  );
  command.addCommand(compareCommand());
  command.addCommand(exportCommand());
  return command;
}

function withReason(command: Command): Command {
  return command.option("--reason <text>", "why, for the record", "");
}

function withScenarioOptions(command: Command): Command {
  return command
    .option("-f, --file <scenario.yaml>", "read the experiment from a file; flags below override it")
    .option("--name <text>", "name for people")
    .option("--host <id-or-name>", "a host; may be repeated; every online host without it", collect, [])
    .option("--label <name=value>", "hosts with this label; may be repeated", collect, [])
    .option("--baseline <pipeline>", "pipeline of the baseline")
    .option("--candidate <pipeline>", "pipeline of a candidate; may be repeated", collect, [])
    .option("--must-keep <expression>", "processes that must stay visible; may be repeated", collect, [])
    .option("--profile <profile>", "quick or standard")
    .option("--duration <duration>", "stop after this long, 10m for instance")
    .option("--calibration <duration>", "A/A period before it, both arms running the baseline; 0s for none")
    .option("--estimator <name>", "how hosts are put together: typical-host or fleet-total")
    .option("--minimum-reduction <ratio>", "smallest reduction worth a promotion, 0.2 or 20%")
    .option("--load <profile>", "put load on the hosts meanwhile: realistic for instance, or a file with your own")
    .option("--accept-scope", "accept a verdict about fewer than three hosts as one about these hosts only");
}
