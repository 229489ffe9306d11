/** Bundles on this host: fetched, verified by this host itself, unpacked, kept while of use. */
@NullMarked
package dev.hostler.agent.bundle;

import org.jspecify.annotations.NullMarked;
