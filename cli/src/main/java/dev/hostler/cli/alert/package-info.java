/** Alerts on what is used: {@code hostler alert}. */
@NullMarked
package dev.hostler.cli.alert;

import org.jspecify.annotations.NullMarked;
