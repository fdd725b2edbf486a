import type { FilterFiles } from "./filter-files.ts";

/** What a look found right. */
export type Finding = {
  files: FilterFiles;
  /** Where the filter stands, for people. */
  detail: string;
  /** True when the change is worth telling at once. */
  isNews: boolean;
};

/** Finds what is right for one filter now; what it saw before counts. */
export interface Mover {
  /** Takes up what files of before say, after a restart of the agent. */
  resume(files: FilterFiles): void;
  look(): Promise<Finding>;
}
