import { controllerFaults } from "./rows/controllers.ts";
import { describeFaults } from "./run-group.ts";

describeFaults(controllerFaults);
