/** What this host knows of freshness and revocation: kept on disk, never going back. */
@NullMarked
package dev.hostler.agent.trust;

import org.jspecify.annotations.NullMarked;
