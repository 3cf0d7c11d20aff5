export const SITE_TITLE = 'Tide Pool';
export const SITE_DESCRIPTION = 'Small animals, small notes.';
