import { generalHosts, type Plan } from "../plan.ts";

/** One kind of experiment whose truth is known. */
export interface Setting {
  readonly profile: "standard" | "quick";
  readonly hosts: number;
  /** Autocorrelation of the windows' log ratios. */
  readonly phi: number;
  /** Standard deviation of the hosts' own effects, as log ratios; with fewer than three hosts they speak of themselves. */
  readonly hostSd: number;
  /** Windows of the A/A period; 0 is none. */
  readonly calibrationWindows: number;
  /** How far the truth is beyond the target, in standard deviations of a window's log ratio; 0 is exactly at it. */
  readonly shiftSd: number;
}

/** What differs between the profiles; VERDICT's table of them. */
export const profiles = {
  standard: { windowMs: 60_000, blockWindows: 15, minimumBlocks: 8, maximumBlocks: 96 },
  quick: { windowMs: 5000, blockWindows: 2, minimumBlocks: 8, maximumBlocks: 48 },
} as const;

/** Smallest reduction worth a promotion, one-sided error rate and prior weight: the defaults of both profiles. */
export const rule = { minimumReductionRatio: 0.2, alpha: 0.05, g: 1.3 } as const;

/** How the simulated hosts are. Only ratios matter: halving all standard deviations changes only the unit of the shift. */
export const world = {
  /** Standard deviation of a window's log ratio. */
  windowSd: 0.1,
  /** Share of its variance that all hosts have in common. */
  sharedRatio: 0.3,
  /** Standard deviation of what the arms of a host differ by on their own, where there is an A/A period to learn it. */
  offsetSd: 0.05,
} as const;

/** Hosts that differ little, and hosts that differ as much as their windows do. */
const [alike, unlike] = [0.03, 0.1];

const twoHours = 120;
const twelveHours = 720;

/** The figures every profile is looked at with. */
function grid(profile: Setting["profile"], shiftSd: number): Setting[] {
  const calibrationWindows = profile === "standard" ? twoHours : 0;
  return [1, 3, 10].flatMap((hosts) =>
    [0, 0.5, 0.9].map((phi) => ({ profile, hosts, phi, shiftSd, calibrationWindows, hostSd: hosts === 1 ? 0 : alike })),
  );
}

/** Every setting of the study, by what is asked of it. */
export function studySettings(): Setting[] {
  const hard = { profile: "standard", phi: 0, shiftSd: 0, hostSd: unlike, calibrationWindows: twoHours } as const;
  const long = { profile: "standard", phi: 0.9, shiftSd: 1, calibrationWindows: twelveHours } as const;
  return [
    ...grid("standard", 0),
    ...[3, 4, 10].map((hosts) => ({ ...hard, hosts })),
    ...grid("quick", 0),
    ...grid("standard", 1),
    ...[1, 3, 10].map((hosts) => ({ ...long, hosts, hostSd: hosts === 1 ? 0 : alike })),
    ...grid("quick", 1),
  ];
}

/**
 * True where the rule promises its error rate: at the target, with blocks of
 * twice the correlation time. The total of three hosts that differ more than
 * their blocks do is not promised it, and such a verdict has reduced assurance.
 */
export function isPromised({ profile, shiftSd, hosts, hostSd }: Setting, estimator: Plan["estimator"]): boolean {
  const thinTotal = estimator === "fleet-total" && hosts === generalHosts && hostSd >= unlike;
  return profile === "standard" && shiftSd === 0 && !thinTotal;
}
