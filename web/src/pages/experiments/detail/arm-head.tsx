import type { Arm } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { armColor } from "../figures.ts";
import classes from "./detail.module.css";

/** The name of an arm with its mark, and its pipeline below. */
export function ArmHead({ variant, pipeline }: { variant: string; pipeline?: Arm["pipeline"] }) {
  return (
    <>
      <span className={classes.armHead}>
        <span
          className={classes.armDot}
          data-shape={variant === "baseline" ? "baseline" : "candidate"}
          style={{ color: `var(${armColor(variant)})` }}
          aria-hidden
        />
        {variant}
      </span>
      {pipeline !== undefined && <span className={classes.armPipeline}>{pipeline.name}</span>}
    </>
  );
}
