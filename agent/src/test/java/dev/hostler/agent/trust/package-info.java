/** Tests of freshness and revocation on the host. */
@NullMarked
package dev.hostler.agent.trust;

import org.jspecify.annotations.NullMarked;
