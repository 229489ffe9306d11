/**
 * What hosts and attempts use: kept as it is reported, folded into minutes and hours, forgotten in
 * time; alerts on it; and health scores.
 */
@NullMarked
package dev.hostler.controller.usage;

import org.jspecify.annotations.NullMarked;
