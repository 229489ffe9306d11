/** What an attempt may use: the limits that bundles, hosts, fleets and jobs set, and who wins. */
@NullMarked
package dev.hostler.trust.limits;

import org.jspecify.annotations.NullMarked;
