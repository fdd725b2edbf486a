import { Checkbox, NumberInput, Radio, Select, TextInput } from "@mantine/core";
import { Panel } from "../../../components/panel.tsx";
import { nameOf, type Optional } from "./draft.ts";
import type { StepProps } from "./step-props.ts";
import classes from "./wizard.module.css";

const estimators = {
  "typical-host": { title: "A typical host", about: "The mean over hosts of how much each saves." },
  "fleet-total": { title: "All hosts together", about: "What all hosts save together: large ones count for more." },
};

/** How long and how hard to look, and what is worth a promotion. Times: services/controller/experiments/plan.ts. */
export function ProfileStep({ draft, change }: StepProps) {
  return (
    <Panel title="How long and how hard to look">
      <Radio.Group
        label="Profile"
        value={draft.profile}
        onChange={(next) => change({ profile: next === "standard" ? "standard" : "quick" })}
      >
        <Radio
          value="quick"
          label="Quick: a verdict in 2 to 9 minutes"
          description="Windows of 5 s, 8 to 48 blocks of two. Assurance is always reduced: one time of day, blocks of a fixed length, no A/A period."
          mt="xs"
          className={classes.radio ?? ""}
        />
        <Radio
          value="standard"
          label="Standard: a verdict in 4 hours to about a day"
          description="Two hours of A/A period, then windows of a minute, 8 to 96 blocks of a quarter of an hour. Assurance can be standard."
          className={classes.radio ?? ""}
        />
      </Radio.Group>
      <Checkbox
        label="A verdict about these hosts only will do"
        description="With fewer than three hosts no promotion is ever asked for without this."
        checked={draft.scopeAccepted}
        mb="md"
        onChange={(event) => change({ scopeAccepted: event.currentTarget.checked })}
      />
      <Checkbox
        label="The candidate also exports to the real backends"
        description="Otherwise it is measured in its shadow, which costs nothing at the vendor."
        checked={draft.bothExport}
        mb="md"
        onChange={(event) => change({ bothExport: event.currentTarget.checked })}
      />
      <div className={classes.armFields}>
        <NumberInput
          label="Worth a promotion from"
          description="Fewer active series, in per cent."
          suffix=" %"
          min={0}
          max={99}
          value={draft.minimumReduction}
          onChange={(next) => change({ minimumReduction: Number(next) || 0 })}
        />
        <NumberInput
          label="Growth of the collector allowed"
          description="CPU and memory, in per cent of the baseline's."
          suffix=" %"
          min={0}
          max={1_000}
          value={draft.overheadMargin}
          onChange={(next) => change({ overheadMargin: Number(next) || 0 })}
        />
        <Select
          label="What is decided about"
          description={estimators[draft.estimator].about}
          data={Object.entries(estimators).map(([value, { title }]) => ({ value, label: title }))}
          value={draft.estimator}
          allowDeselect={false}
          onChange={(next) => change({ estimator: next === "fleet-total" ? "fleet-total" : "typical-host" })}
        />
        <NumberInput
          label="Over after"
          description="Whatever the evidence; empty takes the profile's limit."
          placeholder="the profile's"
          suffix=" min"
          min={1}
          max={43_200}
          value={draft.mostMinutes}
          onChange={(next) => change({ mostMinutes: readOptional(next) })}
        />
        <NumberInput
          label="A/A period before it"
          description={`Both arms run the baseline; 0 leaves it out, empty takes the profile's: ${draft.profile === "standard" ? "two hours" : "none"}.`}
          placeholder="the profile's"
          suffix=" min"
          min={0}
          max={10_080}
          value={draft.calibrationMinutes}
          onChange={(next) => change({ calibrationMinutes: readOptional(next) })}
        />
        <TextInput
          label="Name"
          description="For people; empty takes the pipelines' names."
          placeholder={nameOf({ ...draft, name: "" })}
          maxLength={128}
          value={draft.name}
          onChange={(event) => change({ name: event.currentTarget.value })}
        />
      </div>
    </Panel>
  );
}

function readOptional(value: string | number): Optional {
  return value === "" ? "" : Number(value) || 0;
}
