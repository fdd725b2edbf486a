import { configFaults } from "./rows/configs.ts";
import { describeFaults } from "./run-group.ts";

describeFaults(configFaults);
