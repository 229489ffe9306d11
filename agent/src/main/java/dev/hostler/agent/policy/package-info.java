/**
 * Which paths of this host operators may name: for the snapshots of their jobs, and for whatever
 * else keeps paths because an operator says so, and not because a bundle's signer declared them.
 * {@link dev.hostler.agent.policy.KeptPaths} is the one place that decides; it is asked when a job
 * is admitted, before anything of it is in the ledger.
 */
@NullMarked
package dev.hostler.agent.policy;

import org.jspecify.annotations.NullMarked;
