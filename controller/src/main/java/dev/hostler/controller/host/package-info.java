/** The hosts of the fleet, their labels and facts. */
@NullMarked
package dev.hostler.controller.host;

import org.jspecify.annotations.NullMarked;
