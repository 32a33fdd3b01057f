export const superviseScript = 'exec "$@"'
