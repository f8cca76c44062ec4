/**
 * How many people a room has at least and at most.
 *
 * This module imports nothing at run time, so that the page can share it.
 */
export const PEOPLE_MIN = 2
export const PEOPLE_MAX = 20
