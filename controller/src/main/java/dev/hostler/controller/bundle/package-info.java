/**
 * Signed bundles as the controller keeps them: stored, listed and handed to hosts, never trusted.
 */
@NullMarked
package dev.hostler.controller.bundle;

import org.jspecify.annotations.NullMarked;
