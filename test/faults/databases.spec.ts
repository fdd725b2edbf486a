import { databaseFaults } from "./rows/databases.ts";
import { describeFaults } from "./run-group.ts";

describeFaults(databaseFaults);
