"""Where the referred object is: masks, depth and calibration to points, poses and velocities."""
