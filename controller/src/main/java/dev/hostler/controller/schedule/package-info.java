/** Hands queued tasks to the hosts that are connected here and have asked for work. */
@NullMarked
package dev.hostler.controller.schedule;

import org.jspecify.annotations.NullMarked;
