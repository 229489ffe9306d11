/** What an operator signs: a job, bound to its targets by a Merkle root. */
@NullMarked
package dev.hostler.trust.job;

import org.jspecify.annotations.NullMarked;
