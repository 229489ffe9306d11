/** What the fleet, a bundle or a host lets attempts use at most. */
@NullMarked
package dev.hostler.controller.limit;

import org.jspecify.annotations.NullMarked;
