import { networkFaults } from "./rows/networks.ts";
import { describeFaults } from "./run-group.ts";

describeFaults(networkFaults);
