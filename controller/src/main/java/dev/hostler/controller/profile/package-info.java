/** Named profiles of system calls, which operators narrow jobs with; decides nothing for hosts. */
@NullMarked
package dev.hostler.controller.profile;

import org.jspecify.annotations.NullMarked;
