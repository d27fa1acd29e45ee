/// Who uses a GPU: from a process that holds its memory to the job that the process belongs to, by
/// what the kernel says of it and without asking Slurm's or Kubernetes' servers.
@NullMarked
package io.lockstep.agent.sample.jobs;

import org.jspecify.annotations.NullMarked;
