/** Calls between processes of Phoenix: signed by who shares the database, and no one else is served. */
export { createServiceDoor, openGuard, type ServiceDoor } from "./service-door.ts";
