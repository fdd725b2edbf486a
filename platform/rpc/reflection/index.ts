/** gRPC server reflection, v1 and v1alpha, on both ports: grpcurl and the like need no proto files. */

export { grpcReflection, grpcReflectionAlpha, reflectionRoutes } from "./reflection-service.ts";
export { createReflector, type Reflector } from "./reflector.ts";
