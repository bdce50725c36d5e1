"""Physical constants with their sources.  Nothing here is tunable."""

# U.S. Standard Atmosphere, 1976 (NASA-TM-X-74335), table 2 and eq. (1).
G0 = 9.80665  # m/s^2, standard acceleration of gravity
R_AIR = 287.05287  # J/(kg K), R*/M0 with R* = 8314.32 and M0 = 28.9644
GAMMA_AIR = 1.4  # ratio of specific heats
P_SEA = 101_325.0  # Pa, sea-level pressure
T_SEA = 288.15  # K, sea-level temperature
R_GEOPOTENTIAL = 6_356_766.0  # m, effective earth radius of the geopotential height

# The International System of Units, 9th ed. (BIPM 2019): exact.
BOLTZMANN = 1.380_649e-23  # J/K
LIGHT_SPEED = 299_792_458.0  # m/s

# WGS84, NGA.STND.0036 (2014).
WGS84_A = 6_378_137.0  # m, semi-major axis
WGS84_F = 1.0 / 298.257223563  # flattening

# Blake, "Machine plotting of radar vertical-plane coverage diagrams", NRL 7098 (1970): 4/3 earth.
REFRACTION_K = 4.0 / 3.0  # effective earth radius over earth radius

DAY = 86_400.0  # s
