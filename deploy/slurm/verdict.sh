# Read by the scripts beside this file: asks the agent, and sets verdict (healthy, unhealthy, unknown) and why, one line.
# Slurm starts its scripts without a search path.
PATH=${PATH:+$PATH:}/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH
LOCKSTEP_CHECK="lockstep-agent check --slurm"
LOCKSTEP_CANNOT_TELL=run
LOCKSTEP_DRAIN=no
LOCKSTEP_RESUME=no
conf=${LOCKSTEP_SLURM_CONF:-/etc/lockstep/slurm.conf}
# shellcheck disable=SC1090
[ ! -r "$conf" ] || . "$conf"

said=$($LOCKSTEP_CHECK 2>&1)
case $? in
  0) verdict=healthy ;;
  1) verdict=unhealthy ;;
  *) [ "$LOCKSTEP_CANNOT_TELL" = stop ] && verdict=unhealthy || verdict=unknown ;;
esac
why=$(printf '%.200s' "${said#unhealthy: }")
