# The rooms of the house, from the ground up, and whose headers each may include: what is not named here is not allowed,
# and a room names only rooms above its own line, so that nothing runs in a circle. A room is a folder with those inside
# it that are no rooms themselves; its sources are found. cmake/layers.cmake checks the includes with every build.
macro(room name)
  list(APPEND ROOMS ${name})
  set(ROOM_${name} ${ARGN})
endmacro()

room(lib)
room(lib/kinds       lib)
room(lib/conf        lib lib/kinds)
room(lib/control     lib)
room(lib/daemon      lib lib/conf lib/control)

room(bgpd/codec      lib)
room(bgpd/rib        lib bgpd/codec)
room(bgpd/config     lib lib/conf bgpd/codec)
room(bgpd/session    lib bgpd/codec bgpd/config bgpd/rib)
room(bgpd/announce   lib lib/control bgpd/config bgpd/session)
room(bgpd/show       lib lib/daemon bgpd/codec bgpd/rib bgpd/config bgpd/session bgpd/announce)
room(bgpd            lib lib/daemon bgpd/config bgpd/session bgpd/announce bgpd/show)

room(healthd/probe   lib lib/kinds)
room(healthd/net     lib lib/daemon lib/kinds healthd/probe)
room(healthd/helper  lib healthd/net)
room(healthd/probes  lib lib/kinds healthd/probe healthd/net healthd/helper)
room(healthd/engine  lib lib/conf lib/daemon lib/kinds healthd/probe healthd/net healthd/probes)
room(healthd         lib lib/control lib/daemon healthd/engine healthd/net healthd/helper)

room(ctl             lib lib/conf lib/control lib/daemon)

# What show/ shows: the daemon's rooms, which this header names. It calls nothing of the daemon.
set(ROOM_HEADERS_bgpd/show bgpd/daemon.h)

# The room of a path below the top folder: the longest that it begins with.
function(room_of path result)
  set(found "")
  foreach(room ${ROOMS})
    string(FIND "${path}" "${room}/" at)
    string(LENGTH "${room}" length)
    string(LENGTH "${found}" longest)
    if(at EQUAL 0 AND length GREATER longest)
      set(found ${room})
    endif()
  endforeach()
  set(${result} ${found} PARENT_SCOPE)
endfunction()
