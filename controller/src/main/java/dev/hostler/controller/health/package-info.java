/**
 * Is the controller well: liveness, readiness and metrics on a plain port for the machine itself.
 */
@NullMarked
package dev.hostler.controller.health;

import org.jspecify.annotations.NullMarked;
