/**
 * The audit log's hash chain and its signed checkpoints, as they are made and as anybody checks
 * them.
 */
@NullMarked
package dev.hostler.trust.audit;

import org.jspecify.annotations.NullMarked;
