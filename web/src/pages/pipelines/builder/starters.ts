/** What a new pipeline file begins with: everything the service asks of one, and a receiver's interval. */
export const newPipelineFile = `name: my-pipeline
title: My pipeline
strategy: Measures the host.
keeps: What its receivers bring.
drops: Nothing.
variables:
  interval: {type: duration, default: 15s, minimum: 1s, maximum: 1h, help: Time between two scrapes.}
pipelines: {}
`;

/** What a new collector configuration begins with. */
export const newConfig = "service: {}\n";
